-- The database, and the user of our processes. This user owns the database and so may migrate it, but is no superuser: it reads no
-- files of the server, runs no programs there, and sees no other database. For psql, which the image of PostgreSQL uses.
\set password `cat /run/secrets/postgres_password`
CREATE ROLE scanner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE scanner OWNER scanner;
REVOKE CONNECT ON DATABASE scanner FROM PUBLIC;
