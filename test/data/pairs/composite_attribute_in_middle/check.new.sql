SELECT a::text = '(1,"a,""b",x,)' AND b::text = '{"(1,q,y,)",NULL}' AND c::text = '("(2,r,,)","{""(3,s,z,)""}",4)'
	AND d::text = '(5,t,x,)' AND e::text = '{"(6,u,y,)"}' FROM t WHERE id = 1;
SELECT a IS NOT DISTINCT FROM NULL AND b::text = '[2:3][1:1]={{"(7,v,x,)"},{"(8,w,y,)"}}' FROM t WHERE id = 2;
SELECT string_agg(a::text, ';' ORDER BY k) = '(1,a,x,);(2,b,y,)' FROM p;
