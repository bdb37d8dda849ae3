// g++ 11 and later call this function of libstdc++ (GLIBCXX_3.4.29). Defined here, it lets the addon load with the
// libstdc++ of older systems, such as RHEL 8.
#include <new>

namespace std {
__attribute__((visibility("hidden"))) void __throw_bad_array_new_length() { throw bad_array_new_length(); }
}  // namespace std
