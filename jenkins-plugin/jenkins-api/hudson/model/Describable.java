package hudson.model;

/** Declared from jenkins-core 2.479.1. */
public interface Describable<T extends Describable<T>> {
    Descriptor<T> getDescriptor();
}
