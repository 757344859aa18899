/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  Differences between the server versions that schemamig is built for.
 *
 * This is the only file that looks at PG_VERSION_NUM.  Each shim has the
 * newest server's name and signature where that is possible, so that an old
 * branch can be deleted without touching its callers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_COMPAT_H
#define SM_COMPAT_H

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "commands/defrem.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "postmaster/bgworker.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "storage/sinvaladt.h"
#include "utils/acl.h"
#include "utils/backend_status.h"
#include "utils/wait_event.h"

#if PG_VERSION_NUM < 150000
#error "schemamig needs PostgreSQL 15 or later"
#endif

/* PG16 added type-checked allocation */
#ifndef palloc_object
#define palloc_object(type) ((type *) palloc(sizeof(type)))
#define palloc0_object(type) ((type *) palloc0(sizeof(type)))
#define palloc_array(type, count) ((type *) palloc(sizeof(type) * (count)))
#define palloc0_array(type, count) ((type *) palloc0(sizeof(type) * (count)))
#define repalloc_array(pointer, type, count)                                   \
	((type *) repalloc(pointer, sizeof(type) * (count)))
#endif

/* PG16 replaced pg_proc_aclcheck() and its like by object_aclcheck() */
#if PG_VERSION_NUM < 160000
static inline AclResult
object_aclcheck(Oid classid, Oid objectid, Oid roleid, AclMode mode)
{
	if (classid == ProcedureRelationId)
		return pg_proc_aclcheck(objectid, roleid, mode);
	Assert(classid == NamespaceRelationId);
	return pg_namespace_aclcheck(objectid, roleid, mode);
}

/* PG16 told membership apart from the right to SET ROLE */
static inline bool
member_can_set_role(Oid member, Oid role)
{
	return is_member_of_role(member, role);
}

/* PG16 added access to the local copy by index */
static inline LocalPgBackendStatus *
pgstat_get_local_beentry_by_index(int idx)
{
	return pgstat_fetch_stat_local_beentry(idx);
}
#endif

/* PG18 has options in RETURNING, and so a node for it */
#if PG_VERSION_NUM >= 180000
#define sm_update_returning(stmt) ((stmt)->returningClause)
#else
#define sm_update_returning(stmt) ((stmt)->returningList)
#endif

/* PG17 renamed what a virtual transaction belongs to */
#if PG_VERSION_NUM >= 170000
#define sm_vxid_number(vxid) ((vxid).procNumber)
#define sm_vxid_proc(vxid) ProcNumberGetProc((vxid).procNumber)
#define sm_proc_lxid(proc) ((proc)->vxid.lxid)
#else
#define sm_vxid_number(vxid) ((vxid).backendId)
#define sm_vxid_proc(vxid) BackendIdGetProc((vxid).backendId)
#define sm_proc_lxid(proc) ((proc)->lxid)
#endif

/* PG17 added a parameter: locks at least as strong count as well */
#if PG_VERSION_NUM >= 170000
#define sm_lock_held_by_me(tag, mode) LockHeldByMe(tag, mode, false)
#else
#define sm_lock_held_by_me(tag, mode) LockHeldByMe(tag, mode)
#endif

/*
 * The next lock of this backend in a partition of the lock table, of those that
 * are not taken by the fast path; NULL at the end.  PG16 has other lists.
 */
static inline PROCLOCK *
sm_next_proclock(int partition, PROCLOCK *lock)
{
#if PG_VERSION_NUM >= 160000
	dlist_head *head = &MyProc->myProcLocks[partition];

	if (lock == NULL)
		return dlist_is_empty(head)
				   ? NULL
				   : dlist_head_element(PROCLOCK, procLink, head);
	return dlist_has_next(head, &lock->procLink)
			   ? dlist_container(PROCLOCK, procLink,
								 dlist_next_node(head, &lock->procLink))
			   : NULL;
#else
	SHM_QUEUE *head = &MyProc->myProcLocks[partition];

	return (PROCLOCK *) SHMQueueNext(head, lock ? &lock->procLink : head,
									 offsetof(PROCLOCK, procLink));
#endif
}

/* PG18 made the number of fast-path slots depend on the configuration */
#if PG_VERSION_NUM >= 180000
#define sm_fast_path_slots() FastPathLockSlotsPerBackend()
#else
#define sm_fast_path_slots() FP_LOCK_SLOTS_PER_BACKEND
#endif

/*
 * Takes a lock that is held already once more and returns its local entry.
 * PG18 added a parameter to have failures logged.
 */
static inline LOCALLOCK *
sm_lock_again(const LOCKTAG *tag, LOCKMODE mode)
{
	LOCALLOCK *lock = NULL;

#if PG_VERSION_NUM >= 180000
	(void) LockAcquireExtended(tag, mode, false, false, true, &lock, false);
#else
	(void) LockAcquireExtended(tag, mode, false, false, true, &lock);
#endif
	return lock;
}

/* PG16 renamed what a relation's file is known by */
#if PG_VERSION_NUM < 160000
#define RelFileLocator RelFileNode
#define relation_set_new_filelocator relation_set_new_filenode
#endif

/* Has an index made with a file number that exists already, if it did */
static inline void
sm_index_keep_file(IndexStmt *stmt, Oid number)
{
#if PG_VERSION_NUM >= 160000
	stmt->oldNumber = number;
	stmt->oldCreateSubid = GetCurrentSubTransactionId();
	stmt->oldFirstRelfilelocatorSubid = InvalidSubTransactionId;
#else
	stmt->oldNode = number;
	stmt->oldCreateSubid = GetCurrentSubTransactionId();
	stmt->oldFirstRelfilenodeSubid = InvalidSubTransactionId;
#endif
}

/* As CREATE INDEX does it, but without building it; PG16 counts partitions */
static inline void
sm_define_index_unbuilt(Oid relation, IndexStmt *stmt)
{
	(void) DefineIndex(relation, stmt, InvalidOid, InvalidOid, InvalidOid,
#if PG_VERSION_NUM >= 160000
					   -1,
#endif
					   false, true, true, true, false);
}

/* PG18 has constraints for NOT NULL.  Does the column have one that a key takes? */
static inline bool
sm_has_not_null(Oid relation, const char *column)
{
#if PG_VERSION_NUM >= 180000
	HeapTuple tuple = findNotNullConstraint(relation, column);
	Form_pg_constraint form;

	if (tuple == NULL)
		return false;
	form = (Form_pg_constraint) GETSTRUCT(tuple);
	return form->convalidated && !form->connoinherit;
#else
	return false;
#endif
}

/*
 * What ALTER TABLE has to do for a primary key before it makes the index: PG18
 * expects the constraints to be there, before that it sees to them itself.  It
 * leaves those alone that are there: they would become the table's own.
 */
static inline List *
sm_primary_key_commands(Oid relation, List *keys)
{
	List *cmds = NIL;

#if PG_VERSION_NUM >= 180000
	ListCell *lc;

	foreach (lc, keys)
	{
		AlterTableCmd *cmd;

		if (sm_has_not_null(relation, strVal(lfirst(lc))))
			continue;
		cmd = makeNode(AlterTableCmd);
		cmd->subtype = AT_AddConstraint;
		cmd->recurse = true;
		cmd->def = (Node *) makeNotNullConstraint(lfirst(lc));
		cmds = lappend(cmds, cmd);
	}
#endif
	return cmds;
}

/* PG18 dropped the execute_once argument */
#if PG_VERSION_NUM >= 180000
#define sm_executor_run(qd, dir, count) ExecutorRun(qd, dir, count)
#else
#define sm_executor_run(qd, dir, count) ExecutorRun(qd, dir, count, true)
#endif

/* PG18 dropped the run_once argument */
#if PG_VERSION_NUM >= 180000
#define sm_portal_run(portal)                                                  \
	((void) PortalRun(portal, FETCH_ALL, true, None_Receiver, None_Receiver,   \
					  NULL))
#else
#define sm_portal_run(portal)                                                  \
	((void) PortalRun(portal, FETCH_ALL, true, true, None_Receiver,            \
					  None_Receiver, NULL))
#endif

/* PG16 has it return the number of settings as well */
#if PG_VERSION_NUM >= 160000
#define sm_guc_variables(n) get_guc_variables(n)
#else
#define sm_guc_variables(n) (*(n) = GetNumConfigOptions(), get_guc_variables())
#endif

/* PG17 added a way to connect as a role that may not log in */
#ifndef BGWORKER_BYPASS_ROLELOGINCHECK
#define BGWORKER_BYPASS_ROLELOGINCHECK 0
#endif

/* PG17 added wait events that an extension can name */
#if PG_VERSION_NUM >= 170000
#define sm_wait_event(name) WaitEventExtensionNew(name)
#else
#define sm_wait_event(name) PG_WAIT_EXTENSION
#endif

/* PG18 lets a module say its name and version */
#if PG_VERSION_NUM >= 180000
#define SM_MODULE_MAGIC                                                        \
	PG_MODULE_MAGIC_EXT(.name = "schemamig", .version = "1.0")
#else
#define SM_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/*
 * The type of that name and its modifier.  InvalidOid if there is none.  PG16
 * changed what parseTypeString() does about errors.
 */
static inline void
sm_parse_type(const char *name, Oid *type, int32 *typmod)
{
#if PG_VERSION_NUM >= 160000
	ErrorSaveContext escontext = { .type = T_ErrorSaveContext };

	if (!parseTypeString(name, type, typmod, (Node *) &escontext))
		*type = InvalidOid;
#else
	parseTypeString(name, type, typmod, true);
#endif
}

/* PG18 can add a foreign key of a partitioned table NOT VALID */
#if PG_VERSION_NUM >= 180000
#define SM_CAN_WAIT_PARTITIONED_KEY true
#else
#define SM_CAN_WAIT_PARTITIONED_KEY false
#endif

/* PG18 can add a constraint that is a not null constraint NOT VALID */
#if PG_VERSION_NUM >= 180000
#define SM_CAN_WAIT_NOT_NULL true
#else
#define SM_CAN_WAIT_NOT_NULL false
#endif

/*
 * PG16 lets a column that is merged with one of a parent have a generation
 * expression of its own
 */
#define SM_CAN_REPEAT_EXPRESSION (PG_VERSION_NUM >= 160000)

/* PG17 can change the expression of a generated column */
#if PG_VERSION_NUM >= 170000
#define SM_CAN_SET_EXPRESSION true
#else
#define SM_CAN_SET_EXPRESSION false
#endif

/*
 * PG18 has constraints that are not enforced, and keys of periods; whether a
 * Form_pg_constraint is one of them.
 */
#if PG_VERSION_NUM >= 180000
#define sm_is_enforced(form) ((form)->conenforced)
#define sm_has_period(form) ((form)->conperiod)
#else
#define sm_is_enforced(form) true
#define sm_has_period(form) false
#endif

/*
 * Whether the definition of a foreign key has it enforced; one that is to be
 * made without triggers, if that can be; and the tuple of one that is enforced.
 */
#if PG_VERSION_NUM >= 180000
#define SM_CAN_LEAVE_UNENFORCED true
#define sm_to_be_enforced(constraint) ((constraint)->is_enforced)
#define sm_leave_unenforced(constraint)                                        \
	((constraint)->is_enforced = (constraint)->initially_valid = false)
#define sm_set_enforced(form, valid)                                           \
	((form)->conenforced = true, (form)->convalidated = (valid))
#else
#define SM_CAN_LEAVE_UNENFORCED false
#define sm_to_be_enforced(constraint) true
#define sm_leave_unenforced(constraint) ((void) (constraint))
#define sm_set_enforced(form, valid) ((void) (form), (void) (valid))
#endif

/* pg_attribute.attstattarget; PG17 made it smaller, and NULL by default */
#if PG_VERSION_NUM >= 170000
#define sm_datum_stattarget(datum) DatumGetInt16(datum)
#else
#define sm_datum_stattarget(datum) DatumGetInt32(datum)
#endif

/* PG18 has another way to say that a function does not return */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* PG17 has one column for the locales of all providers but libc */
#if PG_VERSION_NUM >= 170000
#define SM_SQL_COLLATION_LOCALE "c.colllocale"
#else
#define SM_SQL_COLLATION_LOCALE "c.colliculocale"
#endif

/* PG16 added rules */
#if PG_VERSION_NUM >= 160000
#define SM_SQL_COLLATION_RULES "c.collicurules"
#else
#define SM_SQL_COLLATION_RULES "NULL::text"
#endif

/* PG17 can set what an operator did not have when it was created */
#if PG_VERSION_NUM >= 170000
#define SM_CAN_SET_OPERATOR_LINKS true
#else
#define SM_CAN_SET_OPERATOR_LINKS false
#endif

/* PG18 has default privileges for large objects */
#if PG_VERSION_NUM >= 180000
#define SM_DEFACLOBJ_LARGEOBJECT DEFACLOBJ_LARGEOBJECT
#else
#define SM_DEFACLOBJ_LARGEOBJECT '\0'
#endif

/* PG17 has event triggers for logins */
#define SM_HAS_LOGIN_EVENT (PG_VERSION_NUM >= 170000)

/* PG18 has publications tell which generated columns they have; with
 * pg_publication p */
#if PG_VERSION_NUM >= 180000
#define SM_SQL_PUBLISH_GENERATED "CASE p.pubgencols WHEN 's' THEN 'stored' END"
#else
#define SM_SQL_PUBLISH_GENERATED "NULL::text"
#endif

/*
 * What subscriptions have got in PG16 and PG17, with pg_subscription s:
 * streaming, password_required, run_as_owner, origin, failover
 */
#if PG_VERSION_NUM >= 170000
#define SM_SQL_FAILOVER "CASE WHEN s.subfailover THEN 'true' END"
#else
#define SM_SQL_FAILOVER "NULL::text"
#endif
#if PG_VERSION_NUM >= 160000
#define SM_SQL_SUBSCRIPTION                                                    \
	"CASE s.substream WHEN 't' THEN 'on' WHEN 'p' THEN 'parallel' "            \
	"ELSE 'off' END, CASE WHEN NOT s.subpasswordrequired THEN 'false' END, "   \
	"CASE WHEN s.subrunasowner THEN 'true' END, "                              \
	"nullif(lower(s.suborigin), 'any'), " SM_SQL_FAILOVER
#else
#define SM_SQL_SUBSCRIPTION                                                    \
	"CASE WHEN s.substream THEN 'on' ELSE 'off' END, "                         \
	"NULL::text, NULL::text, NULL::text, " SM_SQL_FAILOVER
#endif

#endif /* SM_COMPAT_H */
