namespace Microsoft.ML.Runtime;

/// <summary>Makes exceptions of the kinds and wordings that ML.NET uses, marked as its own and given to the context they arose in.</summary>
internal static class Contracts
{
    private const string IsMarkedKey = "ML_IsMarked";

    public static TException Mark<TException>(TException ex) where TException : Exception
    {
        ex.Data[IsMarkedKey] = true;
        return ex;
    }

    public static bool IsMarked(this Exception ex)
    {
        for (Exception current = ex; current != null; current = current.InnerException)
        {
            if (current.Data.Contains(IsMarkedKey))
                return true;
        }
        return false;
    }

    private static Exception Process(IExceptionContext ctx, Exception ex) => ctx != null ? ctx.Process(ex) : Mark(ex);

    public static Exception Except(this IExceptionContext ctx, string message, Exception inner = null)
        => Process(ctx, new InvalidOperationException(message, inner));

    public static Exception Except(string message, Exception inner = null) => Except(null, message, inner);

    public static Exception ExceptParam(this IExceptionContext ctx, string name, string message = null)
        => Process(ctx, new ArgumentOutOfRangeException(name, message));

    public static Exception ExceptParam(string name, string message = null) => ExceptParam(null, name, message);

    public static Exception ExceptDecode(this IExceptionContext ctx, string message, Exception inner = null)
        => Process(ctx, new FormatException(message, inner));

    public static Exception ExceptDecode(string message, Exception inner = null) => ExceptDecode(null, message, inner);

    public static Exception ExceptNotSupported(this IExceptionContext ctx, string message)
        => Process(ctx, new NotSupportedException(message));

    public static Exception ExceptSchemaMismatch(this IExceptionContext ctx, string paramName, string columnRole, string columnName)
        => ctx.ExceptParam(paramName, $"Could not find {columnRole} column '{columnName}'");

    public static Exception ExceptSchemaMismatch(this IExceptionContext ctx, string paramName, string columnRole, string columnName,
        string expectedType, string actualType)
        => ctx.ExceptParam(paramName, $"Schema mismatch for {columnRole} column '{columnName}': expected {expectedType}, got {actualType}");

    public static void Check(this IExceptionContext ctx, bool condition, string message)
    {
        if (!condition)
            throw ctx.Except(message);
    }

    public static void Check(bool condition, string message) => Check(null, condition, message);

    public static void CheckValue(this IExceptionContext ctx, object value, string name)
    {
        if (value == null)
            throw Process(ctx, new ArgumentNullException(name));
    }

    public static void CheckValue(object value, string name) => CheckValue(null, value, name);

    public static void CheckParam(this IExceptionContext ctx, bool condition, string name, string message = null)
    {
        if (!condition)
            throw ctx.ExceptParam(name, message);
    }

    public static void CheckParam(bool condition, string name, string message = null) => CheckParam(null, condition, name, message);

    public static void CheckNonEmpty(this IExceptionContext ctx, string text, string name)
    {
        if (string.IsNullOrEmpty(text))
            throw ctx.ExceptParam(name, $"{name} cannot be null or empty");
    }

    public static void CheckNonEmpty(string text, string name) => CheckNonEmpty(null, text, name);

    public static void CheckNonEmpty<T>(this IExceptionContext ctx, IReadOnlyCollection<T> items, string name)
    {
        if (items == null || items.Count == 0)
            throw ctx.ExceptParam(name, $"{name} cannot be null or empty");
    }

    public static void CheckDecode(this IExceptionContext ctx, bool condition, string message = "Corrupt model file")
    {
        if (!condition)
            throw ctx.ExceptDecode(message);
    }

    public static void CheckDecode(bool condition, string message = "Corrupt model file") => CheckDecode(null, condition, message);
}
