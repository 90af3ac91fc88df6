package com.cloudbees.plugins.credentials.common;

import com.cloudbees.plugins.credentials.Credentials;

/** Declared from credentials 1405.vb_cda_74a_f8974. */
public interface IdCredentials extends Credentials {
    String getId();
}
