namespace Microsoft.Data.Analysis;

internal enum BinaryOperation { Add, Subtract, Multiply, Divide, Modulo, And, Or, Xor }

internal enum ComparisonOperation { Equals, NotEquals, GreaterThanOrEqual, LessThanOrEqual, GreaterThan, LessThan }
