package dev.echo.benchmark;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.concurrent.TimeUnit;

/** Netty's two ways to the sockets. */
enum NettyTransport {
  NIO(
      NioIoHandler.newFactory(),
      NioServerSocketChannel.class,
      NioSocketChannel.class,
      NioDatagramChannel.class),
  EPOLL(
      EpollIoHandler.newFactory(),
      EpollServerSocketChannel.class,
      EpollSocketChannel.class,
      EpollDatagramChannel.class);

  final Class<? extends ServerChannel> server;
  final Class<? extends Channel> client;
  final Class<? extends DatagramChannel> datagram;
  private final IoHandlerFactory factory;

  NettyTransport(
      IoHandlerFactory factory,
      Class<? extends ServerChannel> server,
      Class<? extends Channel> client,
      Class<? extends DatagramChannel> datagram) {
    this.factory = factory;
    this.server = server;
    this.client = client;
    this.datagram = datagram;
  }

  /** One event loop, as EchoServer has by default. */
  EventLoopGroup newGroup() {
    return new MultiThreadIoEventLoopGroup(1, factory);
  }

  /** Ends a group without the quiet period of 2 s that Netty keeps by default. */
  static void end(EventLoopGroup group) {
    group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
