package com.google.common.util.concurrent;

import java.util.concurrent.Future;

/** Declared from guava 33.3, which Jenkins 2.479.1 ships. */
public interface ListenableFuture<V> extends Future<V> {}
