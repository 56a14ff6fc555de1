"""What both applications stand on and neither owns. Knows no application and no protocol."""
