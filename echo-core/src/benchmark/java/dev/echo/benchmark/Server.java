package dev.echo.benchmark;

/** A kind of server to compare. */
interface Server {

  Peer start() throws Exception;
}
