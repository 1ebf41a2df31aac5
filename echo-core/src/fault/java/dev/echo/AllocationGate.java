package dev.echo;

/**
 * What the library's classes ask at each of their allocations while {@link AllocationFaults} are in
 * them. Public, as classes of other packages may ask, too.
 */
public final class AllocationGate {

  /** Null while none is to fail. */
  static volatile AllocationFaults.Fault armed;

  private AllocationGate() {}

  /** Throws an {@link OutOfMemoryError} if the allocation is the one that fails. */
  public static void ask() {
    AllocationFaults.Fault fault = armed;
    if (fault != null) {
      fault.meet();
    }
  }
}
