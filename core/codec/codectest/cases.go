package codectest

// A Case names one test of the suite.
type Case string

// The cases.
const (
	NameIsToken           Case = "NameIsToken"
	RoundTrip             Case = "RoundTrip"
	ValueAndPointerAlike  Case = "ValueAndPointerAlike"
	PrefixUntouched       Case = "PrefixUntouched"
	DstNotKept            Case = "DstNotKept"
	DstAfterError         Case = "DstAfterError"
	SrcNotAliased         Case = "SrcNotAliased"
	SrcNotWritten         Case = "SrcNotWritten"
	LeftoverBytes         Case = "LeftoverBytes"
	EmptyInput            Case = "EmptyInput"
	Truncated             Case = "Truncated"
	BitFlips              Case = "BitFlips"
	BadTargets            Case = "BadTargets"
	WrongType             Case = "WrongType"
	NilPointer            Case = "NilPointer"
	AnyOrder              Case = "AnyOrder"
	AfterError            Case = "AfterError"
	ConcurrentSafe        Case = "ConcurrentSafe"
	CheckAccepts          Case = "CheckAccepts"
	CheckRefuses          Case = "CheckRefuses"
	FieldAdded            Case = "FieldAdded"
	FieldRemoved          Case = "FieldRemoved"
	AllocationsAreBounded Case = "AllocationsAreBounded"
	DeepNesting           Case = "DeepNesting"
	SelfReference         Case = "SelfReference"
	NotANumber            Case = "NotANumber"
	BytesAreFramed        Case = "BytesAreFramed"
)

type testCase struct {
	name     Case
	sentence string // of the contract
	run      func(*suite)
}

var cases = []testCase{
	{NameIsToken, "a codec's name is one short token, the same each time", nameIsToken},
	{RoundTrip, "a value that Check accepts crosses unchanged", roundTrip},
	{ValueAndPointerAlike, "a value and a pointer to it encode alike", valueAndPointerAlike},
	{PrefixUntouched, "Append appends, and does not touch dst[:len(dst)]", prefixUntouched},
	{DstNotKept, "Append keeps neither dst nor the value", dstNotKept},
	{DstAfterError, "after an error Append returns dst as it was given", dstAfterError},
	{SrcNotAliased, "what Decode stores does not alias src, and src is not kept", srcNotAliased},
	{SrcNotWritten, "Decode does not write into src", srcNotWritten},
	{LeftoverBytes, "src holds exactly one value: bytes that are left over are an error", leftoverBytes},
	{EmptyInput, "no bytes at all are no value", emptyInput},
	{Truncated, "a message that was cut short is an error, and never a panic", truncated},
	{BitFlips, "a damaged message never makes a codec panic", bitFlips},
	{BadTargets, "Decode into anything but a non-nil pointer is an error, and no panic", badTargets},
	{WrongType, "Decode into a type that does not fit is an error", wrongType},
	{NilPointer, "a nil pointer arrives as nil, or is an error, and never a panic", nilPointer},
	{AnyOrder, "any message can be decoded without the ones before it", anyOrder},
	{AfterError, "a message that is refused has no effect on those that follow", afterError},
	{ConcurrentSafe, "all methods may be called concurrently", concurrentSafe},
	{CheckAccepts, "Check returns nil for the types of values that cross", checkAccepts},
	{CheckRefuses, "Check refuses types that cannot cross, and says where in the type they are", checkRefuses},
	{FieldAdded, "a field that the receiver does not know is ignored", fieldAdded},
	{FieldRemoved, "a field that was not sent stays zero", fieldRemoved},
	{AllocationsAreBounded, "no input makes a codec allocate far more than its length justifies", allocationsAreBounded},
	{DeepNesting, "no nesting is deep enough to overflow the stack", deepNesting},
	{SelfReference, "a value that holds itself is an error", selfReference},
	{NotANumber, "NaN and the infinities arrive as they are, or are an error", notANumber},
	{BytesAreFramed, "the head of a ByteFramer and the bytes behind it are what Append makes of them", bytesAreFramed},
}
