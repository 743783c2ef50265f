// Package locale says sentences in the language of the person who reads them. The
// English sentence stands in the code where it is said and is its own key, as in
// gettext; the others are looked up by it in the files of this package, one folder a
// language, one file a part of the app. Nothing is put together of pieces of
// sentences: what changes with a number is said whole in each plural form.
package locale
