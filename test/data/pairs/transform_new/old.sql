CREATE TYPE ty AS (a int);
