# Runs the migrations in the transaction of the connection that `registry.store.init` hands over, so that they are
# applied whole or not at all. From a checkout, `alembic -x db=PATH_OR_URL …` opens one of its own.
from alembic import context
from sqlalchemy import Connection

from registry.models import Base
from registry.store import engine_for

config = context.config


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_alone() -> None:
    target = context.get_x_argument(as_dictionary=True).get("db") or config.get_main_option("sqlalchemy.url")
    engine = engine_for(target)
    try:
        with engine.begin() as connection:
            run(connection)
    finally:
        engine.dispose()


given = config.attributes.get("connection")
if isinstance(given, Connection):
    run(given)
elif given is not None:  # an engine
    with given.begin() as connection:
        run(connection)
else:
    run_alone()
