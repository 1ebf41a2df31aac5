/**
 * A real network peer: a server that sends every message back, and a client that proves it.
 */
package dev.echo;
