-- not owned by any column; used by a default, by an application, and by nothing
CREATE SEQUENCE t_id_seq;
CREATE TABLE t (id int DEFAULT nextval('t_id_seq') PRIMARY KEY);
CREATE SEQUENCE hib_id_seq;
CREATE TABLE hib (id bigint PRIMARY KEY);
CREATE SEQUENCE shared;
CREATE TABLE u_a (id int DEFAULT nextval('shared') PRIMARY KEY);
CREATE TABLE u_b (id int DEFAULT nextval('shared') PRIMARY KEY);
CREATE SEQUENCE split_seq;
CREATE TABLE gone (id int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME taken));
CREATE TABLE kept (id int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME kept_by), n int NOT NULL);
