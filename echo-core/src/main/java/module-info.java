/**
 * A real network peer: a server that sends every message back, a client that proves it, and a probe
 * that measures the path between the two. Programs for common tasks are in the <a
 * href="dev/echo/doc-files/recipes.html">recipes</a>.
 */
module dev.echo {
  exports dev.echo;
  exports dev.echo.probe;
}
