/* What setuptools expects of an extension module. The kernels are called through ctypes, so nothing is ever imported
   from here and Python's headers are not needed to compile it. */

#if defined(_WIN32)
__declspec(dllexport)
#endif
void *PyInit__kernels(void) { return 0; }
