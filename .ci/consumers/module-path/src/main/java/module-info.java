module consumer {
  requires dev.echo;
}
