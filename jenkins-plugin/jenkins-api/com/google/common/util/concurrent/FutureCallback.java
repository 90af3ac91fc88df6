package com.google.common.util.concurrent;

/** Declared from guava 33.3, which Jenkins 2.479.1 ships. */
public interface FutureCallback<V> {
    void onSuccess(V result);

    void onFailure(Throwable t);
}
