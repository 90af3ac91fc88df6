' Grьяe
WScript.Echo "x"
