CREATE TYPE ty AS (a int, b text, c date);
CREATE TYPE other AS (a int, b text);
CREATE TABLE t OF ty (a WITH OPTIONS PRIMARY KEY, b DEFAULT 'y', c NOT NULL DEFAULT '2024-01-01');
CREATE TABLE p OF other (b NOT NULL);
CREATE TABLE q (a int, b text);
CREATE TABLE r OF other;
