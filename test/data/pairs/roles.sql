-- The roles that the pairs name.
CREATE ROLE app_owner;
CREATE ROLE app_reader;
CREATE ROLE app_writer;
CREATE ROLE "Odd ""Role""";
