// A script
WScript.Echo('x');
