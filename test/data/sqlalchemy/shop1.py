"""The models of a shop, as they were in its first release."""

import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import declarative_base, relationship

metadata = sa.MetaData(
    schema="shop",
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    },
)
Base = declarative_base(metadata=metadata)


class Status(enum.Enum):
    new = "new"
    paid = "paid"
    shipped = "shipped"


class Timestamped:
    """What most tables have, a mixin."""

    created_at = sa.Column(sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
    changed_at = sa.Column(sa.DateTime(timezone=True), onupdate=sa.func.now())


class Customer(Timestamped, Base):
    __tablename__ = "customer"
    __table_args__ = (
        sa.CheckConstraint("balance >= 0", name="balance"),
        sa.CheckConstraint("email LIKE '%_@_%'", name="email"),
        sa.Index("ix_shop_customer_lower_email", sa.text("lower(email)"), unique=True),
        sa.Index("ix_shop_customer_attributes", "attributes", postgresql_using="gin"),
        {"comment": "whoever has ever bought something, and others' accounts"},
    )

    id = sa.Column(sa.Integer, sa.Identity(always=True), primary_key=True)
    key = sa.Column(pg.UUID(as_uuid=True), nullable=False, unique=True, default=uuid.uuid4,
                    server_default=sa.text("gen_random_uuid()"))
    email = sa.Column(sa.String(80), nullable=False)
    name = sa.Column(sa.String(60), nullable=False, comment="as on a parcel's label, at 100 %")
    balance = sa.Column(sa.Numeric(8, 2), nullable=False, server_default="0")
    attributes = sa.Column(pg.JSONB, nullable=False, server_default=sa.text("'{}'::jsonb"))
    tags = sa.Column(pg.ARRAY(sa.Text), nullable=False, server_default="{}")
    born = sa.Column(sa.Date)
    photo = sa.Column(sa.LargeBinary)
    last_address = sa.Column(pg.INET)
    orders = relationship("Order", back_populates="customer", order_by="Order.id")


class Category(Base):
    """Refers to itself."""

    __tablename__ = "category"

    id = sa.Column(sa.Integer, primary_key=True)
    parent_id = sa.Column(sa.ForeignKey("shop.category.id", ondelete="CASCADE"), index=True)
    title = sa.Column(sa.Unicode(40), nullable=False)
    children = relationship("Category", order_by="Category.title")


product_category = sa.Table(
    "product_category",
    metadata,
    sa.Column("product_id", sa.ForeignKey("shop.product.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("category_id", sa.ForeignKey("shop.category.id"), primary_key=True),
)

number = sa.Sequence("product_number", metadata=metadata, start=1000, increment=10)


class Product(Timestamped, Base):
    __tablename__ = "product"
    __table_args__ = (
        sa.UniqueConstraint("title", "number"),
        sa.Index("ix_shop_product_cheap", "price", postgresql_where=sa.text("price < 10")),
    )

    id = sa.Column(sa.BigInteger, sa.Identity(start=100, cycle=True), primary_key=True)
    number = sa.Column(sa.Integer, number, server_default=number.next_value(), nullable=False)
    title = sa.Column(sa.Text, nullable=False)
    price = sa.Column(sa.Numeric(10, 2), nullable=False)
    tax = sa.Column(sa.Numeric(4, 3), nullable=False, server_default=sa.text("0.19"))
    gross = sa.Column(sa.Numeric, sa.Computed("round(price * (1 + tax), 2)", persisted=True))
    weight = sa.Column(sa.Float)
    delivery = sa.Column(sa.Interval)
    on_sale = sa.Column(sa.Boolean, nullable=False, server_default=sa.true())
    categories = relationship("Category", secondary=product_category, order_by="Category.title")


class Order(Timestamped, Base):
    __tablename__ = "order"

    id = sa.Column(sa.Integer, primary_key=True)
    customer_id = sa.Column(sa.ForeignKey("shop.customer.id"), nullable=False, index=True)
    status = sa.Column(sa.Enum(Status, name="status", inherit_schema=True), nullable=False,
                       server_default=Status.new.name)
    previous_status = sa.Column(sa.Enum(Status, name="status", inherit_schema=True))
    note = sa.Column(sa.String(100))
    customer = relationship("Customer", back_populates="orders")
    lines = relationship("Line", order_by="Line.position", cascade="all, delete-orphan")


class Line(Base):
    __tablename__ = "line"
    __table_args__ = (sa.CheckConstraint(sa.text("quantity > 0"), name="quantity"),)

    order_id = sa.Column(sa.ForeignKey("shop.order.id", ondelete="CASCADE"), primary_key=True)
    position = sa.Column(sa.SmallInteger, primary_key=True, autoincrement=False)
    product_id = sa.Column(sa.ForeignKey("shop.product.id", deferrable=True, initially="DEFERRED"), nullable=False)
    quantity = sa.Column(sa.Integer, nullable=False, server_default="1")
    product = relationship("Product")


# Departments have a head, who is in a department: a cycle of foreign keys
class Department(Base):
    __tablename__ = "department"

    id = sa.Column(sa.Integer, primary_key=True)
    title = sa.Column(sa.Text, nullable=False, unique=True)
    head_id = sa.Column(sa.ForeignKey("shop.employee.id", use_alter=True))
    head = relationship("Employee", foreign_keys=head_id, post_update=True)


class Employee(Base):
    __tablename__ = "employee"

    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.Text, nullable=False)
    department_id = sa.Column(sa.ForeignKey("shop.department.id"), nullable=False)
    department = relationship("Department", foreign_keys=department_id)


class Booking(Base):
    """In another schema, with references across schemas and types of its own."""

    __tablename__ = "booking"
    __table_args__ = (
        pg.ExcludeConstraint(("during", "&&"), name="booking_overlap", using="gist"),
        {"schema": "hall"},
    )

    id = sa.Column(sa.Integer, primary_key=True)
    customer_id = sa.Column(sa.ForeignKey("shop.customer.id"), nullable=False)
    during = sa.Column(pg.TSTZRANGE, nullable=False)
    kind = sa.Column(pg.ENUM("party", "talk", name="kind", schema="hall", metadata=metadata), nullable=False)
