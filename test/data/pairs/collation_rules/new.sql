CREATE COLLATION r (provider = icu, locale = 'und', rules = '&a < h');
CREATE COLLATION u (provider = builtin, locale = 'C');
