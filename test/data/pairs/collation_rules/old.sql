CREATE COLLATION r (provider = icu, locale = 'und', rules = '&a < g');
CREATE COLLATION u (provider = builtin, locale = 'C.UTF-8');
