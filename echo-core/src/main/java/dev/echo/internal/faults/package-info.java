/**
 * What faults consist of, how they are written as text, and the plans that say which reply has
 * which.
 *
 * <p>May use {@code dev.echo} and {@code dev.echo.internal}. What a fault does to a reply is in
 * {@code server}.
 */
package dev.echo.internal.faults;
