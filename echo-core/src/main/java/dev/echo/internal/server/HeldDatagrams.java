package dev.echo.internal.server;

import dev.echo.Peer;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.RemotePeer;
import dev.echo.internal.loop.Timers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
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
    final InetSocketAddress recipient;
    final RemotePeer peer;
    final long number;
    final FaultEffect effect;
    int places;
    Timers.Timer timer;

    Held(
        ByteBuffer datagram,
        InetSocketAddress recipient,
        RemotePeer peer,
        long number,
        FaultEffect effect) {
      this.datagram = datagram;
      this.recipient = recipient;
      this.peer = peer;
      this.number = number;
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
  void reply(Replies reply, InetSocketAddress recipient, RemotePeer peer, long number) {
    FaultEffect effect = reply.fault();
    if (effect == null) {
      send(reply.view(), recipient, peer, 0);
      sent(peer, number);
    } else if (!effect.isDropped()) {
      if (effect.delayNanos() > 0 || effect.places() > 0) {
        hold(reply.view(), recipient, peer, number, effect);
      } else {
        send(reply.view(), recipient, peer, effect.copies());
        sent(peer, number);
      }
    }
  }

  private void hold(
      ByteBuffer view,
      InetSocketAddress recipient,
      RemotePeer peer,
      long number,
      FaultEffect effect) {
    if (server.isShutdown()) {
      return;
    }
    int size = view.remaining();
    if (datagrams == MAX_DATAGRAMS || bytes + size > MAX_BYTES) {
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
      server.events.dropped(peer, e);
      return;
    }
    Held held = new Held(copy, recipient, peer, number, effect);
    datagrams++;
    bytes += size;
    if (effect.delayNanos() > 0) {
      held.hold(effect.delayNanos(), () -> delayed(held));
    } else {
      beOvertaken(held);
    }
  }

  private void delayed(Held held) {
    if (held.places > 0) {
      beOvertaken(held);
    } else {
      sendAll(held);
    }
  }

  private void beOvertaken(Held held) {
    overtaken.computeIfAbsent(held.peer, peer -> new ArrayList<>()).add(held);
    held.hold(REORDER_NANOS, () -> {
      overtaken.get(held.peer).remove(held);
      forgetIfEmpty(held.peer);
      sendAll(held);
    });
  }

  private void forgetIfEmpty(Peer peer) {
    if (overtaken.get(peer).isEmpty()) {
      overtaken.remove(peer);
    }
  }

  private void sendAll(Held held) {
    release(held);
    sent(held.peer, held.number);
  }

  /** A reply was sent to a peer, and perhaps was the last that others have waited for. */
  private void sent(RemotePeer peer, long number) {
    if (overtaken.isEmpty()) {
      return;
    }
    Queue<Long> numbers = new ArrayDeque<>();
    numbers.add(number);
    while (!numbers.isEmpty()) {
      for (Held free : overtake(peer, numbers.remove())) {
        timers.cancel(free.timer);
        release(free);
        numbers.add(free.number);
      }
    }
  }

  /** Returns those that were overtaken often enough. */
  private List<Held> overtake(RemotePeer peer, long number) {
    List<Held> free = new ArrayList<>();
    List<Held> waiting = overtaken.get(peer);
    if (waiting != null) {
      for (Iterator<Held> each = waiting.iterator(); each.hasNext(); ) {
        Held held = each.next();
        if (held.number < number && --held.places == 0) {
          each.remove();
          free.add(held);
        }
      }
      forgetIfEmpty(peer);
    }
    return free;
  }

  private void release(Held held) {
    datagrams--;
    bytes -= held.datagram.capacity();
    try {
      if (!server.isShutdown()) {
        send(held.datagram, held.recipient, held.peer, held.effect.copies());
      }
    } finally {
      server.buffers.release(held.datagram.capacity());
    }
  }

  private void send(ByteBuffer datagram, InetSocketAddress recipient, RemotePeer peer, int copies) {
    for (int i = 0; i <= copies; i++) {
      server.send(datagram.duplicate(), recipient, peer);
    }
  }
}
