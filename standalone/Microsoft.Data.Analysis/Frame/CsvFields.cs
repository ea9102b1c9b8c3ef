using System.Text;

namespace Microsoft.Data.Analysis;

/// <summary>Splits comma-separated text: fields may stand in quotes, which are doubled inside; empty lines are no rows.</summary>
internal static class CsvFields
{
    public static List<string[]> Read(TextReader reader, char separator)
    {
        var rows = new List<string[]>();
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false, wasQuoted = false;
        for (int next = reader.Read(); next >= 0; next = reader.Read())
        {
            char c = (char)next;
            if (quoted)
            {
                if (c != '"')
                    field.Append(c);
                else if (reader.Peek() == '"')
                    field.Append((char)reader.Read());
                else
                    quoted = false;
            }
            else if (c == '"' && field.ToString().Trim().Length == 0 && !wasQuoted)
            {
                field.Clear();
                quoted = wasQuoted = true;
            }
            else if (c == separator)
                EndField();
            else if (c == '\n')
                EndRow();
            else if (c != '\r')
                field.Append(c);
        }
        if (quoted)
            throw new FormatException($"Line {rows.Count + 1} cannot be parsed with the current Delimiters.");
        EndRow();
        return rows;

        void EndField()
        {
            // Space around a field is not part of it, unless quotes say so.
            fields.Add(wasQuoted ? field.ToString() : field.ToString().Trim());
            field.Clear();
            wasQuoted = false;
        }

        void EndRow()
        {
            if (fields.Count == 0 && !wasQuoted && field.ToString().Trim().Length == 0)
            {
                field.Clear();
                return;
            }
            EndField();
            rows.Add([.. fields]);
            fields.Clear();
        }
    }
}
