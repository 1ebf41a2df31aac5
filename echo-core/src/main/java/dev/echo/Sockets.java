package dev.echo;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** Addresses between endpoints and the JDK, and the JDK's errors with the endpoint they lack. */
final class Sockets {

  private static final int WRITE_SIZE = 65_536;

  private Sockets() {}

  static Endpoint endpoint(SocketAddress address) {
    return address instanceof UnixDomainSocketAddress unix
        ? new Endpoint.Unix(unix.getPath())
        : tcp((InetSocketAddress) address);
  }

  static Endpoint.Tcp tcp(InetSocketAddress address) {
    return new Endpoint.Tcp(Hosts.text(address.getAddress()), address.getPort());
  }

  static Endpoint.Udp udp(InetSocketAddress address) {
    return new Endpoint.Udp(Hosts.text(address.getAddress()), address.getPort());
  }

  static boolean isNameless(Endpoint endpoint) {
    return endpoint instanceof Endpoint.Unix unix && unix.path().toString().isEmpty();
  }

  /** Looks the endpoint's host up, if it has one and it is a name. */
  static List<SocketAddress> resolve(Endpoint endpoint) throws UnknownHostException {
    SocketAddress address = endpoint.address();
    if (!(address instanceof InetSocketAddress inet) || !inet.isUnresolved()) {
      return List.of(address);
    }
    return List.of(InetAddress.getAllByName(inet.getHostString())).stream()
        .<SocketAddress>map(host -> new InetSocketAddress(host, inet.getPort()))
        .toList();
  }

  /** The family to open a channel of: an IPv4 socket is cheaper than one that speaks both. */
  static ProtocolFamily family(SocketAddress address) {
    if (address instanceof UnixDomainSocketAddress) {
      return StandardProtocolFamily.UNIX;
    }
    return ((InetSocketAddress) address).getAddress().getAddress().length == 4
        ? StandardProtocolFamily.INET
        : StandardProtocolFamily.INET6;
  }

  /** Returns an exception of the same type that says what was done and where. */
  static IOException named(String operation, Endpoint endpoint, Exception cause) {
    String reason = reason(cause);
    String message = operation + " " + endpoint + ": " + reason;
    IOException named = sameType(message, cause);
    if (named.getCause() == null) {
      named.initCause(cause);
    }
    return named;
  }

  static ConnectException connectedToItself() {
    return new ConnectException("connected to itself, as nobody is listening there");
  }

  private static String reason(Exception cause) {
    if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
      return "unknown host";
    }
    if (cause instanceof PortUnreachableException) {
      return "nobody is listening there";
    }
    if (cause instanceof SSLException e) {
      return TlsFailures.reason(e);
    }
    if (cause instanceof FileSystemException e) {
      return e.getFile() + ": " + fileReason(e);
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  /** The message of most of these is a path and no more. */
  private static String fileReason(FileSystemException cause) {
    if (cause.getReason() != null) {
      return cause.getReason();
    } else if (cause instanceof NoSuchFileException) {
      return "no such file or directory";
    } else if (cause instanceof AccessDeniedException) {
      return "permission denied";
    } else if (cause instanceof FileAlreadyExistsException) {
      return "exists already";
    } else if (cause instanceof NotDirectoryException) {
      return "is no directory";
    }
    return cause.getClass().getSimpleName();
  }

  private static IOException sameType(String message, Exception cause) {
    if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
      return new UnknownHostException(message);
    } else if (cause instanceof BindException) {
      return new BindException(message);
    } else if (cause instanceof ConnectException) {
      return new ConnectException(message);
    } else if (cause instanceof NoRouteToHostException) {
      return new NoRouteToHostException(message);
    } else if (cause instanceof PortUnreachableException) {
      return new PortUnreachableException(message);
    } else if (cause instanceof SocketTimeoutException) {
      return new SocketTimeoutException(message);
    } else if (cause instanceof InterruptedIOException) {
      return new InterruptedIOException(message);
    } else if (cause instanceof SocketException) {
      return new SocketException(message);
    } else if (cause instanceof SSLHandshakeException) {
      return new SSLHandshakeException(message);
    } else if (cause instanceof SSLException) {
      return new SSLException(message);
    }
    return new IOException(message);
  }

  /** The endpoint as it stands in the names of threads. */
  static String threadName(Endpoint endpoint) {
    return endpoint.toString().replaceFirst("://|:", "-");
  }

  /**
   * Writes what the socket takes without waiting, and returns whether that was all. It goes in pieces,
   * as the JDK copies each into a native buffer of that size, which it keeps.
   */
  static boolean write(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    int end = bytes.limit();
    try {
      while (bytes.position() < end) {
        bytes.limit(Math.min(end, bytes.position() + WRITE_SIZE));
        channel.write(bytes);
        if (bytes.hasRemaining()) {
          return false;
        }
      }
      return true;
    } finally {
      bytes.limit(end);
    }
  }

  /** Whether reading has something to tell although nothing more has arrived. */
  static boolean hasMore(ReadableByteChannel channel) {
    return channel instanceof TlsChannel tls && tls.hasMore();
  }

  static ByteBuffer copy(ByteBuffer rest) {
    return ByteBuffer.allocate(rest.remaining()).put(rest).flip();
  }
}
