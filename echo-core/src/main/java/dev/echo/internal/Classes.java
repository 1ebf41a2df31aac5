package dev.echo.internal;

/** Has classes initialized before there is no memory for it: one that fails then stays unusable. */
public final class Classes {

  private Classes() {}

  public static void initialize(Class<?>... classes) {
    for (Class<?> next : classes) {
      try {
        Class.forName(next.getName(), true, next.getClassLoader());
      } catch (ClassNotFoundException e) {
        throw new AssertionError(e); // it is there
      }
    }
  }
}
