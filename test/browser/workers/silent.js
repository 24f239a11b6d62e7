// A script that never calls serve().
postMessage("hello?");
