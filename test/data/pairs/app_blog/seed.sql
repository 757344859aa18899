INSERT INTO users (login, email, password, role) VALUES ('ann', 'a@x', 'p', 'admin'), ('bob', 'b@x', 'p', 'author');
INSERT INTO posts (user_id, slug, title, body, published) VALUES (1, 'one', 'One', 'a b c', true), (2, 'two', 'Two', NULL, false);
INSERT INTO tags (name) VALUES ('x'), ('y');
INSERT INTO posts_tags VALUES (1, 1), (1, 2);
INSERT INTO comments (post_id, author, body) VALUES (1, 'c', 'hello');
