package dev.echo.demo;

import dev.echo.QuitScope;

/**
 * The options of the command line for a server.
 *
 * @param shared with its client
 * @param plain whether messages go back unchanged
 * @param faults null for none
 * @param proxyProtocol whether it takes who its clients are from PROXY headers
 */
record ServerOptions(
    Options shared,
    boolean plain,
    QuitScope quitScope,
    Faults faults,
    boolean proxyProtocol,
    ServerOutput output) {}
