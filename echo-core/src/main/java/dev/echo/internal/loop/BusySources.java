package dev.echo.internal.loop;

import java.util.function.BooleanSupplier;

/**
 * The sources that were ready of late. While they are many, they are asked without the selector, as
 * long as most of them have something new.
 *
 * <p>Under load whoever was served has sent more by the time all the others were served, and to
 * just read is cheaper than to have the kernel say first that there is something. The selector has
 * its turn after a few rounds, for those that are not among them, and at once when something else
 * waits for the loop. When there are more than can be remembered, none is asked, to treat all
 * alike.
 */
final class BusySources {

  /** Fewer are served too soon for more to have come. */
  private static final int MANY = 8;

  private static final int MAX_SOURCES = 1024;
  private static final int MAX_ROUNDS = 4;
  private static final int MAX_PAUSE = 64;

  private final BooleanSupplier othersWait;
  private final EventSource[] sources = new EventSource[MAX_SOURCES];
  private int count;

  /** How often not to ask, as it did not pay; each time that it did not, twice as often. */
  private int pause;

  private int nextPause = 1;

  /**
   * @param othersWait whether the loop has something else to do
   */
  BusySources(BooleanSupplier othersWait) {
    this.othersWait = othersWait;
  }

  /** Serves a source that is ready. */
  void serve(EventSource source) {
    if (source.onReady() && !source.isBusy && count < MAX_SOURCES) {
      source.isBusy = true;
      sources[count++] = source;
    }
  }

  boolean areMany() {
    return count >= MANY;
  }

  /** Serves them again, if that pays. */
  void serveAgain() {
    if (pause == 0 && areMany() && count < MAX_SOURCES) {
      askInRounds();
    } else {
      pause = Math.max(0, pause - 1);
      keep(0);
    }
  }

  private void askInRounds() {
    int ready = count;
    boolean pays = true;
    for (int round = 0; round < MAX_ROUNDS && pays && !othersWait.getAsBoolean(); round++) {
      ready = askAll();
      pays = ready >= count - count / 4;
    }
    if (pays) {
      nextPause = 1;
    } else {
      pause = nextPause;
      nextPause = Math.min(2 * nextPause, MAX_PAUSE);
    }
    keep(ready);
  }

  /** Returns how many had something; these are the first then. */
  private int askAll() {
    int ready = 0;
    for (int i = 0; i < count; i++) {
      EventSource source = sources[i];
      if (source.onReady()) {
        sources[i] = sources[ready];
        sources[ready++] = source;
      }
    }
    return ready;
  }

  private void keep(int first) {
    for (int i = first; i < count; i++) {
      sources[i].isBusy = false;
      sources[i] = null; // it may be closed
    }
    count = first;
  }
}
