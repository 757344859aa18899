CREATE TABLE t (a box);
CREATE ACCESS METHOD gist2 TYPE INDEX HANDLER gisthandler;
CREATE OPERATOR CLASS ops DEFAULT FOR TYPE box USING gist2 AS
	OPERATOR 3 &&, OPERATOR 8 <@, OPERATOR 7 @>,
	FUNCTION 1 gist_box_consistent(internal, box, smallint, oid, internal),
	FUNCTION 2 gist_box_union(internal, internal),
	FUNCTION 5 gist_box_penalty(internal, internal, internal),
	FUNCTION 6 gist_box_picksplit(internal, internal),
	FUNCTION 7 gist_box_same(box, box, internal);
CREATE INDEX i ON t USING gist2 (a);
