"""client.py MODULE ACTION - works on the shop with a module's models, as an application does.

MODULE is shop1 or shop2, the first and the second release.  The actions:
  model    stores the models' DDL in the database, as 'shop'
  create   makes the tables, as SQLAlchemy does it without migrations
  sync     writes, and then shows all rows, with psycopg2
  async    the same with asyncpg
  show     shows all rows
Where the database is, libpq's environment variables say.
"""

import asyncio
import datetime
import decimal
import importlib
import sys

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from ddl import ddl

shop = importlib.import_module(sys.argv[1])
second = hasattr(shop, "Review")
Person = shop.Person if second else shop.Employee


def customer(name, **others):
    others["full_name" if second else "name"] = name
    return shop.Customer(**others)


def hours(first, last):
    return sa.func.tstzrange(f"2026-05-01 {first}:00+00", f"2026-05-01 {last}:00+00")


def write_first(session):
    ada = customer("Ada", email="ada@example.com", balance=decimal.Decimal("12.50"), born=datetime.date(1815, 12, 10),
                   attributes={"vip": True, "speaks": ["en", "fr"]}, tags=["loyal", "it's"], photo=b"\x00\xff",
                   last_address="192.0.2.1")
    tools = shop.Category(title="tools", children=[shop.Category(title="hammers"), shop.Category(title="saws")])
    hammer = shop.Product(title="hammer", price=decimal.Decimal("9.99"), weight=0.5,
                          delivery=datetime.timedelta(days=2), categories=[tools, tools.children[0]])
    saw = shop.Product(title="saw", price=decimal.Decimal("20"), tax=0, weight=1, categories=[tools])
    order = shop.Order(customer=ada, status=shop.Status.paid, previous_status=shop.Status.new, note="soon",
                       lines=[shop.Line(position=1, product=hammer, quantity=3), shop.Line(position=2, product=saw)])
    sales = shop.Department(title="sales")
    sales.head = Person(name="Grace", department=sales)
    session.add_all([ada, tools, hammer, saw, order, sales])
    session.flush()
    session.add(shop.Booking(customer_id=ada.id, during=hours(10, 12), kind="party"))


def write_second(session):
    order = session.execute(sa.select(shop.Order)).scalars().first()
    order.status = shop.Status.packed
    order.seller_id = session.execute(sa.select(Person.id)).scalar()
    order.customer.newsletter = True
    order.customer.language = "de"
    session.add(customer("N" * 100, email="n" * 90 + "@example.com", balance=decimal.Decimal("1234567890.12")))
    session.add(shop.Category(title=None))
    session.add(shop.Review(product_id=order.lines[0].product_id, customer_id=order.customer_id, stars=5))


def write(session):
    write_second(session) if second else write_first(session)


def write_more(session):
    """What asyncpg writes."""
    order = session.execute(sa.select(shop.Order)).scalars().first()
    status = shop.Status.cancelled if second else shop.Status.shipped
    session.add(shop.Order(customer=order.customer, status=status, note="by asyncpg"))
    order.customer.attributes = dict(order.customer.attributes, second=second)


def refused(session):
    """What the constraints refuse; prints their names."""
    customer_id = session.execute(sa.select(shop.Customer.id)).scalar()
    product_id = session.execute(sa.select(shop.Product.id)).scalar()
    rows = [
        customer("No", email="nobody"),
        customer("No", email="ADA@example.com"),
        customer("No", email="no@example.com", balance=-1),
        shop.Booking(customer_id=customer_id, during=hours(11, 13), kind="talk"),
        shop.Booking(customer_id=-1, during=hours(20, 21), kind="talk"),
    ]
    if second:
        rows.append(shop.Review(product_id=product_id, customer_id=customer_id, stars=6))
        rows.append(shop.Review(product_id=product_id, customer_id=customer_id, stars=1))
    for row in rows:
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError as error:
            print("refused by", error.orig.diag.constraint_name)
        else:
            print("not refused:", row)


def show(session):
    def all_of(model, *order):
        return session.execute(sa.select(model).order_by(*order)).scalars()

    for c in all_of(shop.Customer, shop.Customer.id):
        photo = bytes(c.photo) if getattr(c, "photo", None) else None
        print("customer", c.id, c.full_name if second else c.name, c.email, c.balance, c.born, sorted(c.attributes.items()),
              c.tags, c.last_address, bool(c.key), c.created_at.tzinfo is not None, photo)
        if second:
            print("  newsletter", c.newsletter, "language", c.language)
    for c in all_of(shop.Category, shop.Category.title):
        print("category", c.title, [child.title for child in c.children])
    for p in all_of(shop.Product, shop.Product.id):
        print("product", p.id, p.number, p.title, p.price, p.tax, p.gross, p.weight, p.delivery, p.on_sale,
              [category.title for category in p.categories], len(p.reviews) if second else "")
    for o in all_of(shop.Order, shop.Order.id):
        print("order", o.id, o.status.name, o.previous_status and o.previous_status.name, o.note,
              [(line.position, line.product.title, line.quantity) for line in o.lines], o.seller_id if second else "")
    for d in all_of(shop.Department, shop.Department.id):
        print("department", d.title, d.head.name, d.head.department is d)
    for b in session.execute(sa.select(sa.func.lower(shop.Booking.during), shop.Booking.kind)):
        print("booking", b[0].astimezone(datetime.timezone.utc), b[1])


def sync(action):
    engine = sa.create_engine("postgresql+psycopg2://")
    with Session(engine) as session, session.begin():
        if action == "sync":
            write(session)
            session.flush()
            session.expire_all()
            refused(session)
        show(session)


async def use_asyncpg():
    engine = create_async_engine("postgresql+asyncpg://")
    async with AsyncSession(engine) as session:
        async with session.begin():
            await session.run_sync(write_more)
        async with session.begin():
            await session.run_sync(show)
        async with session.begin():
            left = await session.execute(sa.text("SELECT kind, identity, change FROM schemamig.check()"))
            print("differences", left.all())
    await engine.dispose()


action = sys.argv[2]
if action == "model":
    with sa.create_engine("postgresql+psycopg2://").begin() as connection:
        connection.execute(sa.text("SELECT schemamig.set_model('shop', :ddl)"), {"ddl": ddl(shop.metadata)})
elif action == "create":
    with sa.create_engine("postgresql+psycopg2://").begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA shop"))
        connection.execute(sa.text("CREATE SCHEMA hall"))
        shop.metadata.create_all(connection)
elif action == "async":
    asyncio.run(use_asyncpg())
else:
    sync(action)
