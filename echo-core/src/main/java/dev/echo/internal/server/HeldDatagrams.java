package dev.echo.internal.server;

import dev.echo.Peer;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.RemotePeer;
import dev.echo.internal.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Replies over UDP that faults hold back. Used by the thread that sends, and by no other; what it
 * holds at the end is never sent.
 */
final class HeldDatagrams {

  static final int MAX_DATAGRAMS = 1024;
  static final int MAX_BYTES = 4 << 20;
  private static final long REORDER_NANOS = Duration.ofMillis(200).toNanos();

  private final DatagramServer server;
  private final LongSupplier nanoClock;
  private final Timers timers = new Timers();

  /** Those that later replies to the same peer are to overtake. */
  private final Map<Peer, List<Held>> overtaken = new HashMap<>();

  private int datagrams;
  private int bytes;

  /** A reply, with what is left of its fault. */
  private final class Held {
    final ByteBuffer datagram;
    final Recipient recipient;
    final FaultEffect effect;
    int places;
    Timers.Timer timer;

    Held(ByteBuffer datagram, Recipient recipient, FaultEffect effect) {
      this.datagram = datagram;
      this.recipient = recipient;
      this.effect = effect;
      this.places = effect.places();
    }

    void hold(long nanos, Runnable then) {
      timer = timers.add(nanoClock.getAsLong() + nanos, then);
    }
  }

  HeldDatagrams(DatagramServer server) {
    this.server = server;
    this.nanoClock = server.config.nanoClock;
  }

  Timers timers() {
    return timers;
  }

  /** Sends a reply, or holds it back. */
  void reply(Replies reply, Recipient recipient) {
    try {
      reply(reply.view(), reply.fault(), recipient);
    } catch (OutOfMemoryError e) { // for the view
      server.events.dropped(recipient.peer(), e);
    }
  }

  private void reply(ByteBuffer view, FaultEffect effect, Recipient recipient) {
    if (effect == null) {
      send(view, recipient, 0);
      sent(recipient);
    } else if (!effect.isDropped()) {
      if (effect.delayNanos() > 0 || effect.places() > 0) {
        hold(view, recipient, effect);
      } else {
        send(view, recipient, effect.copies());
        sent(recipient);
      }
    }
  }

  private void hold(ByteBuffer view, Recipient recipient, FaultEffect effect) {
    if (server.isShutdown()) {
      return;
    }
    int size = view.remaining();
    if (datagrams == MAX_DATAGRAMS || bytes + size > MAX_BYTES) {
      RemotePeer peer = recipient.peer();
      server.events.dropped(
          peer,
          new IOException("No room to hold back a reply to " + peer.endpoint() + ": " + datagrams
              + " of " + MAX_DATAGRAMS + " datagrams and " + bytes + " of " + MAX_BYTES
              + " bytes are held back"));
      return;
    }
    ByteBuffer copy;
    try {
      copy = server.buffers.allocate(size).put(view).flip();
    } catch (BufferLimit.Exceeded | OutOfMemoryError e) {
      server.events.dropped(recipient.peer(), e);
      return;
    }
    datagrams++;
    bytes += size;
    try {
      Held held = new Held(copy, recipient, effect);
      if (effect.delayNanos() > 0) {
        held.hold(effect.delayNanos(), () -> delayed(held));
      } else {
        beOvertaken(held);
      }
    } catch (OutOfMemoryError e) {
      forget(copy);
      server.events.dropped(recipient.peer(), e);
    }
  }

  private void delayed(Held held) {
    if (held.places == 0) {
      sendAll(held);
      return;
    }
    try {
      beOvertaken(held);
    } catch (OutOfMemoryError e) {
      forget(held.datagram);
      server.events.dropped(held.recipient.peer(), e);
    }
  }

  private void beOvertaken(Held held) {
    held.hold(REORDER_NANOS, () -> waitedInVain(held));
    try {
      overtaken
          .computeIfAbsent(held.recipient.peer(), peer -> new ArrayList<>())
          .add(held);
    } catch (OutOfMemoryError e) {
      timers.cancel(held.timer);
      throw e;
    }
  }

  private void waitedInVain(Held held) {
    List<Held> waiting = overtaken.get(held.recipient.peer());
    waiting.remove(held);
    if (waiting.isEmpty()) {
      overtaken.remove(held.recipient.peer());
    }
    sendAll(held);
  }

  private void sendAll(Held held) {
    release(held);
    sent(held.recipient);
  }

  /** A reply was sent to a peer, and perhaps was the last that others have waited for. */
  private void sent(Recipient recipient) {
    List<Held> waiting = overtaken.get(recipient.peer());
    if (waiting == null) {
      return;
    }
    overtake(waiting, recipient.number());
    for (int i = 0; i < waiting.size(); ) {
      Held held = waiting.get(i);
      if (held.places > 0) {
        i++;
      } else {
        waiting.remove(i);
        timers.cancel(held.timer);
        release(held);
        overtake(waiting, held.recipient.number());
        i = 0; // as those before may have waited for this one
      }
    }
    if (waiting.isEmpty()) {
      overtaken.remove(recipient.peer());
    }
  }

  private static void overtake(List<Held> waiting, long number) {
    for (int i = 0; i < waiting.size(); i++) {
      if (waiting.get(i).recipient.number() < number) {
        waiting.get(i).places--;
      }
    }
  }

  private void release(Held held) {
    try {
      if (!server.isShutdown()) {
        send(held.datagram, held.recipient, held.effect.copies());
      }
    } finally {
      forget(held.datagram);
    }
  }

  private void forget(ByteBuffer datagram) {
    datagrams--;
    bytes -= datagram.capacity();
    server.buffers.release(datagram.capacity());
  }

  private void send(ByteBuffer datagram, Recipient recipient, int copies) {
    for (int i = 0; i <= copies; i++) {
      server.send(datagram.rewind(), recipient.socket(), recipient.address(), recipient.peer());
    }
  }
}
