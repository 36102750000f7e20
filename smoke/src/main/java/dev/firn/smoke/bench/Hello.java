package dev.firn.smoke.bench;

/** The least that a program in Java can do: what start-up is compared with. */
final class Hello {

  private Hello() {}

  public static void main(String[] arguments) {
    System.out.println("hello");
  }
}
