namespace Microsoft.Data.Analysis;

/// <summary>Which rows go: those with a null anywhere, or those with nothing but nulls.</summary>
public enum DropNullOptions
{
    Any,
    All,
}
