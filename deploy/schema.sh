#!/bin/sh
# Temporal's own tables, created or brought to this server's version. Safe to run again at each start, and after an upgrade.
set -eu

prepare() {
    database=$1
    versions=/etc/temporal/schema/postgresql/v12/$2/versioned
    tool="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS -p $DB_PORT -u $POSTGRES_USER --db $database"
    $tool create
    $tool setup-schema -v 0.0
    $tool update-schema -d "$versions"
}

prepare temporal temporal
prepare temporal_visibility visibility
