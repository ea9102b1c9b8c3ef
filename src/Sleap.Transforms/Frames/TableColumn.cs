namespace Sleap.Transforms;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its values: string, int, float, double or bool.</param>
internal readonly record struct TableColumn(string Name, Type Type);
