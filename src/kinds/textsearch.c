/*-------------------------------------------------------------------------
 *
 * textsearch.c
 *	  Text search parsers, templates, dictionaries and configurations.
 *
 * The mapping of a kind of token to dictionaries is an object of its own, so
 * that a dictionary can be replaced without the configuration, which generated
 * columns and indexes may stand on.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_config_map.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "commands/defrem.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"

/* Of a parser or template */
enum
{
	DEFINITION = SM_FIRST_ATTR
};

static const SmAttr definition_attrs[] = {
	{ "definition", 0 },
};

/* Of a dictionary */
enum
{
	TEMPLATE = SM_FIRST_ATTR,
	OPTIONS
};

static const SmAttr dictionary_attrs[] = {
	{ "template", 0 },
	{ "options", 0 },
};

/* Of a configuration */
enum
{
	PARSER = SM_FIRST_ATTR
};

static const SmAttr configuration_attrs[] = {
	{ "parser", 0 },
};

/* Of a mapping */
enum
{
	DICTIONARIES = SM_FIRST_ATTR, /* in the order in which they are asked */
	TOKEN						  /* quoted */
};

static const SmAttr mapping_attrs[] = {
	{ "dictionaries", 0 },
	{ "token", SM_ATTR_INFO },
};

/* clang-format off */
#define SQL_FUNCTION(word, column)                                             \
	"CASE WHEN " column " <> 0 THEN ',\n\t" word " = ' || " column             \
	"::text END"

static const char parser_query[] =
	"SELECT p.oid, 0, NULL::oid, NULL::int4, n.nspname, p.prsname, "
	"format('%I.%I', n.nspname, p.prsname), NULL::text, NULL::text, "
	"concat('\tSTART = ' || p.prsstart::text, "
	SQL_FUNCTION("GETTOKEN", "p.prstoken") ", "
	SQL_FUNCTION("END", "p.prsend") ", "
	SQL_FUNCTION("HEADLINE", "p.prsheadline") ", "
	SQL_FUNCTION("LEXTYPES", "p.prslextype") ") "
	"FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace "
	"WHERE p.prsnamespace = ANY ($1)";

static const char template_query[] =
	"SELECT t.oid, 0, NULL::oid, NULL::int4, n.nspname, t.tmplname, "
	"format('%I.%I', n.nspname, t.tmplname), NULL::text, NULL::text, "
	"concat('\tLEXIZE = ' || t.tmpllexize::text, "
	SQL_FUNCTION("INIT", "t.tmplinit") ") "
	"FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace "
	"WHERE t.tmplnamespace = ANY ($1)";

static const char dictionary_query[] =
	"SELECT d.oid, 0, NULL::oid, NULL::int4, n.nspname, d.dictname, "
	"format('%I.%I', n.nspname, d.dictname), "
	SM_SQL_OWNER("d.dictowner") ", NULL::text, "
	"format('%I.%I', tn.nspname, t.tmplname), d.dictinitoption "
	"FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace "
	"JOIN pg_ts_template t ON t.oid = d.dicttemplate "
	"JOIN pg_namespace tn ON tn.oid = t.tmplnamespace "
	"WHERE d.dictnamespace = ANY ($1)";

static const char configuration_query[] =
	"SELECT c.oid, 0, NULL::oid, NULL::int4, n.nspname, c.cfgname, "
	"format('%I.%I', n.nspname, c.cfgname), "
	SM_SQL_OWNER("c.cfgowner") ", NULL::text, "
	"format('%I.%I', pn.nspname, p.prsname) "
	"FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace "
	"JOIN pg_ts_parser p ON p.oid = c.cfgparser "
	"JOIN pg_namespace pn ON pn.oid = p.prsnamespace "
	"WHERE c.cfgnamespace = ANY ($1)";

static const char mapping_query[] =
	"SELECT c.oid, m.maptokentype, c.oid, 0, n.nspname, NULL::text, "
	"format('%I ON %I.%I', t.alias, n.nspname, c.cfgname), "
	"NULL::text, NULL::text, m.dictionaries, quote_ident(t.alias) "
	"FROM (SELECT m.mapcfg, m.maptokentype, string_agg("
	"format('%I.%I', dn.nspname, d.dictname), ', ' ORDER BY m.mapseqno) "
	"AS dictionaries FROM pg_ts_config_map m "
	"JOIN pg_ts_dict d ON d.oid = m.mapdict "
	"JOIN pg_namespace dn ON dn.oid = d.dictnamespace "
	"GROUP BY m.mapcfg, m.maptokentype) m "
	"JOIN pg_ts_config c ON c.oid = m.mapcfg "
	"JOIN pg_namespace n ON n.oid = c.cfgnamespace "
	"CROSS JOIN LATERAL ts_token_type(c.cfgparser) t "
	"WHERE t.tokid = m.maptokentype AND c.cfgnamespace = ANY ($1) "
	"ORDER BY c.oid, m.maptokentype";
/* clang-format on */

static const char mapping_needs[] =
	"SELECT m.mapcfg, m.maptokentype, 'pg_ts_dict'::regclass::oid, "
	"m.mapdict, 0 FROM pg_ts_config_map m "
	"JOIN pg_ts_config c ON c.oid = m.mapcfg "
	"WHERE c.cfgnamespace = ANY ($1)";

static const char *
parser_type(const SmObject *object)
{
	return "TEXT SEARCH PARSER";
}

static const char *
template_type(const SmObject *object)
{
	return "TEXT SEARCH TEMPLATE";
}

static const char *
dictionary_type(const SmObject *object)
{
	return "TEXT SEARCH DICTIONARY";
}

static const char *
configuration_type(const SmObject *object)
{
	return "TEXT SEARCH CONFIGURATION";
}

static void
create_defined(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "CREATE %s %s (\n%s\n)",
					   sm_kind_sql_type(to), to->identity,
					   sm_attr(to, DEFINITION));
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP %s %s",
					   sm_kind_sql_type(from), from->identity);
}

static void
create_dictionary(SmDelta *delta, const SmObject *to)
{
	const char *options = sm_attr(to, OPTIONS);

	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE TEXT SEARCH DICTIONARY %s (TEMPLATE = %s%s%s)",
					   to->identity, sm_attr(to, TEMPLATE), options ? ", " : "",
					   sm_text_or(options, ""));
}

static SmFate
dictionary_fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	return SM_DIFFERS(changed, TEMPLATE) ? SM_REPLACE : SM_ALTER;
}

/* The options, as DefElem */
static List *
options_of(const SmObject *object)
{
	const char *options = sm_attr(object, OPTIONS);

	return options ? deserialize_deflist(CStringGetTextDatum(options)) : NIL;
}

static bool
has_option(const List *options, const char *name)
{
	ListCell *lc;

	foreach (lc, options)
		if (strcmp(lfirst_node(DefElem, lc)->defname, name) == 0)
			return true;
	return false;
}

/*
 * All that are to be there are set, even those that were: each moves to the
 * end, so that they come to stand in the order of the new state.
 */
static void
alter_dictionary(SmDelta *delta, const SmObject *from, const SmObject *to,
				 uint64 changed)
{
	List *options = options_of(to);
	StringInfoData list;
	ListCell *lc;

	initStringInfo(&list);
	appendStringInfoString(&list, sm_text_or(sm_attr(to, OPTIONS), ""));
	foreach (lc, options_of(from))
	{
		const char *name = lfirst_node(DefElem, lc)->defname;

		if (!has_option(options, name))
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
							 quote_identifier(name));
	}
	sm_delta_statement(delta, to, SM_PHASE_ALTER,
					   "ALTER TEXT SEARCH DICTIONARY %s (%s)", to->identity,
					   list.data);
}

static void
create_configuration(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE TEXT SEARCH CONFIGURATION %s (PARSER = %s)",
					   to->identity, sm_attr(to, PARSER));
}

static void
change_mapping(SmDelta *delta, const SmObject *to, SmPhase phase,
			   const char *verb)
{
	sm_delta_statement(delta, to, phase,
					   "ALTER TEXT SEARCH CONFIGURATION %s %s MAPPING FOR %s WITH %s",
					   to->parent->identity, verb, sm_attr(to, TOKEN),
					   sm_attr(to, DICTIONARIES));
}

static void
create_mapping(SmDelta *delta, const SmObject *to)
{
	change_mapping(delta, to, SM_PHASE_CREATE, "ADD");
}

static void
drop_mapping(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP,
					   "ALTER TEXT SEARCH CONFIGURATION %s "
					   "DROP MAPPING FOR %s",
					   from->parent->identity, sm_attr(from, TOKEN));
}

static void
alter_mapping(SmDelta *delta, const SmObject *from, const SmObject *to,
			  uint64 changed)
{
	change_mapping(delta, to, SM_PHASE_ALTER, "ALTER");
}

const SmKind sm_kind_ts_parser = {
	.name = "text search parser",
	.classid = TSParserRelationId,
	.query = parser_query,
	.attrs = definition_attrs,
	.n_attrs = lengthof(definition_attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 34,
	.sql_type = parser_type,
	.create = create_defined,
	.drop = drop,
};

const SmKind sm_kind_ts_template = {
	.name = "text search template",
	.classid = TSTemplateRelationId,
	.query = template_query,
	.attrs = definition_attrs,
	.n_attrs = lengthof(definition_attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 35,
	.sql_type = template_type,
	.create = create_defined,
	.drop = drop,
};

const SmKind sm_kind_ts_dictionary = {
	.name = "text search dictionary",
	.classid = TSDictionaryRelationId,
	.query = dictionary_query,
	.attrs = dictionary_attrs,
	.n_attrs = lengthof(dictionary_attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 36,
	.sql_type = dictionary_type,
	.fate = dictionary_fate,
	.create = create_dictionary,
	.drop = drop,
	.alter = alter_dictionary,
};

const SmKind sm_kind_ts_configuration = {
	.name = "text search configuration",
	.classid = TSConfigRelationId,
	.query = configuration_query,
	.attrs = configuration_attrs,
	.n_attrs = lengthof(configuration_attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 37,
	.sql_type = configuration_type,
	.create = create_configuration,
	.drop = drop,
};

const SmKind sm_kind_ts_mapping = {
	.name = "text search mapping",
	.classid = TSConfigMapRelationId,
	.parent_class = TSConfigRelationId,
	.query = mapping_query,
	.attrs = mapping_attrs,
	.n_attrs = lengthof(mapping_attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 38,
	.needs_query = mapping_needs,
	.sql_type = configuration_type,
	.create = create_mapping,
	.drop = drop_mapping,
	.alter = alter_mapping,
};
