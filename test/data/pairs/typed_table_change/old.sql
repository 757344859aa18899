CREATE TYPE ty AS (a int, b text);
CREATE TYPE other AS (a int, b text);
CREATE TABLE t OF ty (a WITH OPTIONS PRIMARY KEY, b DEFAULT 'x');
CREATE TABLE p (a int, b text);
CREATE TABLE q OF ty;
CREATE TABLE r OF ty;
