INSERT INTO app.tenant (id, name) VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'one');
INSERT INTO app.member (id, tenant_id, email) VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a@b');
INSERT INTO app.project (tenant_id, owner_id, name) VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12', 'p');
INSERT INTO app.event (tenant_id, at, payload) VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2024-05-01', '{"a": 1}');
