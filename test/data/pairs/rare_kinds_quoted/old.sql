CREATE SCHEMA "My (odd) ""s";
