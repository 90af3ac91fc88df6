package hudson;

/** Declared from jenkins-core 2.479.1. */
public abstract class Launcher {
    private Launcher() {}
}
