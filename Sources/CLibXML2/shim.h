#include <libxml/xmlversion.h>
// Debian's libxml2 converts encodings through ICU, whose headers are another version than Foundation's. They are needed for one
// structure only (xmlCharEncodingHandler), which Cordon neither makes nor looks into.
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
