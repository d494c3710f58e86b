#!/bin/sh
# Runs once, when PostgreSQL starts on an empty volume: the records get a role and a database of their own.
set -eu

psql --set ON_ERROR_STOP=1 --set password="$BIHUAN_DB_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE bihuan LOGIN PASSWORD :'password';
CREATE DATABASE bihuan OWNER bihuan TEMPLATE template0 ENCODING 'UTF8';
SQL
